//! Small pictures.

use yew::prelude::*;

/// What an [`icon`] shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Picture {
    Start,
    Back,
    Play,
    Pause,
    Forward,
    Dice,
    Undo,
    Redo,
    Sun,
    Moon,
    Close,
    Pencil,
}

impl Picture {
    const fn path(self) -> &'static str {
        match self {
            Self::Start => "M3 3v10M13 3.5v9L6 8z",
            Self::Back => "M11.5 3.5v9L4 8z",
            Self::Play => "M4.5 3v10L13 8z",
            Self::Pause => "M4 3h3v10H4zM9 3h3v10H9z",
            Self::Forward => "M4.5 3.5v9L12 8z",
            Self::Dice => "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3",
            Self::Undo => "M5.5 3L2.5 6l3 3M2.5 6H9a4 4 0 0 1 0 8H6",
            Self::Redo => "M10.5 3l3 3l-3 3M13.5 6H7a4 4 0 0 0 0 8h3",
            Self::Sun => {
                "M8 4.8a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 1 0 0-6.4M8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1"
            }
            Self::Moon => "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Pencil => "M3 13l.6-2.8L11 2.8l2.2 2.2L5.8 12.4z",
        }
    }

    const fn is_filled(self) -> bool {
        match self {
            Self::Start | Self::Back | Self::Play | Self::Pause | Self::Forward => true,
            Self::Dice | Self::Undo | Self::Redo | Self::Sun | Self::Moon | Self::Close | Self::Pencil => false,
        }
    }
}

/// A picture of 16 by 16, in the colour of the text. What it means is said by what it is in.
pub(crate) fn icon(picture: Picture) -> Html {
    let fill = if picture.is_filled() { "currentColor" } else { "none" };
    html! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill={fill}>
            <path d={picture.path()} stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round" />
        </svg>
    }
}
