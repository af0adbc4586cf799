//! What is drawn in a place of the page, as a picture that needs no page: every style is written where it counts.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, CanvasRenderingContext2d, CssStyleDeclaration, Element, HtmlCanvasElement, HtmlImageElement, Url,
    XmlSerializer,
};

use super::{document, window};

/// How many dots of a PNG are as wide as a pixel of the page: sharp on a poster, too.
const SHARPNESS: f64 = 3.0;

/// The styles of a shape that are seen.
const STYLES: [&str; 19] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "letter-spacing",
    "text-anchor",
    "dominant-baseline",
    "paint-order",
    "visibility",
];

/// The SVG text of what is drawn in `place`: its drawings as they are, its canvases as images in it.
///
/// # Errors
///
/// If the browser does not draw.
pub(crate) fn svg(place: &Element) -> Result<String, JsValue> {
    let colours = Colours::new()?;
    let outer = place.get_bounding_client_rect();
    let (width, height) = (outer.width().ceil(), outer.height().ceil());
    let mut inside = String::new();
    let children = place.children();
    for child in (0..children.length()).filter_map(|at| children.item(at)) {
        let rect = child.get_bounding_client_rect();
        let (x, y) = (rect.x() - outer.x(), rect.y() - outer.y());
        let frame = format!("x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\"", rect.width(), rect.height());
        if let Some(canvas) = child.dyn_ref::<HtmlCanvasElement>() {
            inside += &format!("<image {frame} href=\"{}\"/>", canvas.to_data_url()?);
        } else if child.tag_name() == "svg" {
            let copy = copy(&child, &colours)?;
            for (name, value) in [("x", x), ("y", y), ("width", rect.width()), ("height", rect.height())] {
                copy.set_attribute(name, &value.to_string())?;
            }
            inside += &XmlSerializer::new()?.serialize_to_string(&copy)?;
        }
    }
    let panel = place.closest(".panel")?;
    let ground = style(panel.as_ref().unwrap_or(place))?.get_property_value("background-color")?;
    let ground = colours.plain(&ground);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"{ground}\"/>{inside}</svg>\n"
    ))
}

/// Draws `svg`, and hands on the PNG; nothing, if the browser cannot.
pub(crate) fn png(svg: &str, hear: impl Fn(Option<Blob>) + Clone + 'static) {
    let missed = hear.clone();
    if start_png(svg, hear).is_err() {
        missed(None);
    }
}

fn start_png(svg: &str, hear: impl Fn(Option<Blob>) + Clone + 'static) -> Result<(), JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&svg.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let image = HtmlImageElement::new()?;
    let drawn = {
        let (image, url, hear) = (image.clone(), url.clone(), hear.clone());
        Closure::once(move || {
            let missed = hear.clone();
            let done = paint(&image, hear);
            let _ = Url::revoke_object_url(&url);
            if done.is_err() {
                missed(None);
            }
        })
    };
    let failed = Closure::once(move || hear(None));
    image.set_onload(Some(drawn.as_ref().unchecked_ref()));
    image.set_onerror(Some(failed.as_ref().unchecked_ref()));
    drawn.forget();
    failed.forget();
    image.set_src(&url);
    Ok(())
}

fn paint(image: &HtmlImageElement, hear: impl Fn(Option<Blob>) + 'static) -> Result<(), JsValue> {
    let (width, height) = (f64::from(image.natural_width()) * SHARPNESS, f64::from(image.natural_height()) * SHARPNESS);
    let (canvas, context) = canvas(width as u32, height as u32)?;
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)?;
    let done = Closure::once(move |blob: JsValue| hear(blob.dyn_into().ok()));
    canvas.to_blob(done.as_ref().unchecked_ref())?;
    done.forget();
    Ok(())
}

fn canvas(width: u32, height: u32) -> Result<(HtmlCanvasElement, CanvasRenderingContext2d), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    Ok((canvas, context))
}

fn style(element: &Element) -> Result<CssStyleDeclaration, JsValue> {
    window().get_computed_style(element)?.ok_or(JsValue::NULL)
}

/// `svg` and all in it with its styles; what is not seen is not in it.
fn copy(svg: &Element, colours: &Colours) -> Result<Element, JsValue> {
    let copy: Element = svg.clone_node_with_deep(true)?.unchecked_into();
    let (shapes, copies) = (svg.query_selector_all("*")?, copy.query_selector_all("*")?);
    let pairs = (0..shapes.length()).filter_map(|at| Some((shapes.item(at)?, copies.item(at)?)));
    let mut unseen = Vec::new();
    for (shape, copy) in pairs {
        let (shape, copy): (Element, Element) = (shape.unchecked_into(), copy.unchecked_into());
        let seen = style(&shape)?;
        if seen.get_property_value("display")? == "none" {
            unseen.push(copy);
            continue;
        }
        let mut text = String::new();
        for name in STYLES {
            let value = seen.get_property_value(name)?;
            if !value.is_empty() {
                text += &format!("{name}:{};", colours.plain(&value));
            }
        }
        copy.set_attribute("style", &text)?;
        for name in ["class", "tabindex", "role", "data-subject"] {
            copy.remove_attribute(name)?;
        }
    }
    unseen.iter().for_each(Element::remove);
    Ok(copy)
}

/// Colours as every program for drawings knows them: browsers tell mixed ones in a form that few others do.
struct Colours {
    context: CanvasRenderingContext2d,
    known: RefCell<BTreeMap<String, String>>,
}

impl Colours {
    fn new() -> Result<Self, JsValue> {
        let (_, context) = canvas(1, 1)?;
        Ok(Self { context, known: RefCell::default() })
    }

    fn plain(&self, value: &str) -> String {
        if !value.starts_with("color(") && !value.starts_with("oklab(") && !value.starts_with("oklch(") {
            return value.to_owned();
        }
        let mut known = self.known.borrow_mut();
        known.entry(value.to_owned()).or_insert_with(|| self.read(value).unwrap_or_else(|_| value.to_owned())).clone()
    }

    fn read(&self, value: &str) -> Result<String, JsValue> {
        self.context.clear_rect(0.0, 0.0, 1.0, 1.0);
        self.context.set_fill_style_str(value);
        self.context.fill_rect(0.0, 0.0, 1.0, 1.0);
        let dot = self.context.get_image_data(0.0, 0.0, 1.0, 1.0)?.data().0;
        let [red, green, blue, alpha] = dot[..] else { return Err(JsValue::NULL) };
        Ok(match alpha {
            u8::MAX => format!("rgb({red},{green},{blue})"),
            alpha => format!("rgba({red},{green},{blue},{}%)", u32::from(alpha) * 100 / 255),
        })
    }
}
