//! What can be done, wherever a person looks for it.

mod buttons;
mod form;
mod menu;
mod palette;

pub(crate) use self::buttons::buttons;
pub(crate) use self::form::{SheetForm, row};
pub(crate) use self::menu::VerbMenu;
pub(crate) use self::palette::Palette;
