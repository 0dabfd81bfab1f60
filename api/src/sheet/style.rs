//! How cells look, and the pen that writes them.

use std::borrow::Cow;
use std::collections::HashMap;

use rust_xlsxwriter::{
    Color, Format, FormatAlign, FormatBorder, Note, ProtectionOptions, Url, Worksheet,
};

use super::layout::{Tab, cell_name};
use super::plan::Target;
use super::{Failed, Kind, Severity, number};

/// The font that every Korean office has.
const FONT: &str = "맑은 고딕";
const INK: Color = Color::RGB(0x1F2937);
const GREY: Color = Color::RGB(0x8A8F98);
const LINE: Color = Color::RGB(0xB8BEC8);
const HEAD: Color = Color::RGB(0xDCE6F2);
const LABEL: Color = Color::RGB(0xF6F7F9);
const INPUT: Color = Color::RGB(0xFFFDE8);
const ERROR: Color = Color::RGB(0xFF9C9C);
const WARNING: Color = Color::RGB(0xFFC04D);
const INFO: Color = Color::RGB(0xBFDBFE);
/// Longest text that a cell of the format holds, in UTF-16 units.
const MAX_CELL: usize = 32_767;
/// Longest note, in characters; a longer one does not fit a screen.
const MAX_NOTE: usize = 1_500;

/// Text in the house font.
pub(super) fn text() -> Format {
    Format::new().set_font_name(FONT).set_font_size(10).set_font_color(INK)
}

/// Title of a sheet.
pub(super) fn title() -> Format {
    text().set_font_size(16).set_bold().set_align(FormatAlign::VerticalCenter)
}

/// Grey line below a title.
pub(super) fn subtitle() -> Format {
    text().set_font_color(GREY).set_align(FormatAlign::VerticalCenter)
}

/// Heading of a section.
pub(super) fn section() -> Format {
    text().set_font_size(12).set_bold().set_align(FormatAlign::VerticalCenter)
}

/// A cell with thin lines around it.
pub(super) fn framed() -> Format {
    text()
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
        .set_align(FormatAlign::VerticalCenter)
}

/// Heading of a column.
pub(super) fn head() -> Format {
    framed().set_bold().set_background_color(HEAD).set_align(FormatAlign::Center).set_text_wrap()
}

/// Text to read, of any length.
pub(super) fn prose() -> Format {
    framed().set_text_wrap().set_align(FormatAlign::Left).set_indent(1)
}

/// A label, locked.
pub(super) fn label() -> Format {
    prose().set_background_color(LABEL)
}

/// A label in the middle, locked.
pub(super) fn centred() -> Format {
    framed().set_background_color(LABEL).set_text_wrap().set_align(FormatAlign::Center)
}

/// The value of the last quarter, locked.
pub(super) fn previous(kind: Kind, decimals: u32) -> Format {
    aligned(label().set_font_color(GREY), kind, decimals)
}

/// A cell to fill in with text.
pub(super) fn input() -> Format {
    prose().set_background_color(INPUT).set_unlocked().set_num_format("@")
}

/// A cell to fill in from a list.
pub(super) fn choice() -> Format {
    framed().set_background_color(INPUT).set_unlocked().set_align(FormatAlign::Left).set_indent(1)
}

/// A cell to fill in with a value.
pub(super) fn value(kind: Kind, decimals: u32) -> Format {
    match kind {
        Kind::Text => input(),
        Kind::Integer | Kind::Decimal | Kind::Krw | Kind::Percent | Kind::Boolean => {
            aligned(choice(), kind, decimals)
        }
    }
}

/// A number that is kept as text, since a spreadsheet would lose its last digits.
fn long_number(base: &Format) -> Format {
    base.clone().set_num_format("@").set_align(FormatAlign::Right).set_indent(1)
}

/// Decimal places that a format can show.
const PLACES: usize = 15;

fn places(decimals: u32) -> usize {
    usize::try_from(decimals).map_or(PLACES, |it| it.min(PLACES))
}

/// Decimal places that the cell of a number shows: more than asked for, so that none is there unseen. Where none is
/// asked for it shows none, since the point would stand behind every whole number.
fn shown_places(kind: Kind, decimals: u32) -> usize {
    let is_whole = matches!(kind, Kind::Integer | Kind::Krw) || decimals == 0;
    if is_whole { 0 } else { PLACES }
}

fn aligned(format: Format, kind: Kind, decimals: u32) -> Format {
    match kind {
        Kind::Integer | Kind::Krw => {
            format.set_num_format("#,##0").set_align(FormatAlign::Right).set_indent(1)
        }
        Kind::Decimal | Kind::Percent => {
            let (asked, shown) = (places(decimals), shown_places(kind, decimals));
            let fraction = match asked {
                0 => String::new(),
                _ => format!(".{}{}", "0".repeat(asked), "#".repeat(shown - asked)),
            };
            format
                .set_num_format(format!("#,##0{fraction}"))
                .set_align(FormatAlign::Right)
                .set_indent(1)
        }
        Kind::Boolean => format.set_align(FormatAlign::Center).set_indent(0),
        Kind::Text => format,
    }
}

/// What is wrong with a cell.
pub(super) struct Mark {
    /// The worst of what is said of it.
    pub(super) severity: Severity,
    /// What the note says.
    pub(super) note: String,
}

/// Cells to mark, each until it is written.
pub(super) type Marks = HashMap<Target, Mark>;

/// Writes cells of one sheet, marking those that are to be marked.
pub(super) struct Pen<'w, 'm> {
    /// The sheet.
    pub(super) sheet: &'w mut Worksheet,
    tab: Tab,
    marks: &'m mut Marks,
}

impl<'w, 'm> Pen<'w, 'm> {
    /// A pen for a sheet, which gets its name.
    pub(super) fn new(
        sheet: &'w mut Worksheet,
        tab: Tab,
        marks: &'m mut Marks,
    ) -> Result<Self, Failed> {
        sheet.set_name(tab.name())?;
        Ok(Self { sheet, tab, marks })
    }

    /// Writes a text, as a string whatever it looks like; a blank cell for an empty one.
    pub(super) fn text(
        &mut self,
        row: u32,
        column: u16,
        text: &str,
        format: &Format,
    ) -> Result<(), Failed> {
        let format = self.marked(row, column, format)?;
        if text.is_empty() {
            self.sheet.write_blank(row, column, &format)?;
        } else {
            self.sheet.write_string_with_format(row, column, storable(text), &format)?;
        }
        Ok(())
    }

    /// Writes a value: as a number where a spreadsheet keeps it exactly and the cell shows all of it, as text elsewhere.
    pub(super) fn value(
        &mut self,
        row: u32,
        column: u16,
        kind: Kind,
        decimals: u32,
        value: &str,
        format: &Format,
    ) -> Result<(), Failed> {
        if !number::is_number(kind) {
            return self.text(row, column, value, format);
        }
        let is_shown = number::places(value) <= shown_places(kind, decimals);
        if let Some(number) = number::exact(value).filter(|_| is_shown) {
            let format = self.marked(row, column, format)?;
            self.sheet.write_number_with_format(row, column, number, &format)?;
            return Ok(());
        }
        match number::is_plain(value) {
            true => self.text(row, column, value, &long_number(format)),
            false => self.text(row, column, value, format),
        }
    }

    /// Writes a link to a cell of this workbook.
    pub(super) fn link(
        &mut self,
        row: u32,
        column: u16,
        target: Target,
        text: &str,
        format: &Format,
    ) -> Result<(), Failed> {
        let (tab, to_row, to_column) = target;
        let to = format!("internal:'{}'!{}", tab.name(), cell_name(to_row, to_column));
        self.sheet.write_url_with_format(row, column, Url::new(to).set_text(text), format)?;
        Ok(())
    }

    /// Writes the marks of cells that nothing was written to.
    pub(super) fn finish(mut self) -> Result<(), Failed> {
        let left: Vec<Target> =
            self.marks.keys().filter(|target| target.0 == self.tab).copied().collect();
        for (_, row, column) in left {
            let format = self.marked(row, column, &choice())?.into_owned();
            self.sheet.write_blank(row, column, &format)?;
        }
        Ok(())
    }

    /// The format with the mark's colour; the note is attached.
    fn marked<'f>(
        &mut self,
        row: u32,
        column: u16,
        format: &'f Format,
    ) -> Result<Cow<'f, Format>, Failed> {
        let Some(mark) = self.marks.remove(&(self.tab, row, column)) else {
            return Ok(Cow::Borrowed(format));
        };
        let text: String = storable(&mark.note).chars().take(MAX_NOTE).collect();
        let lines = u32::try_from(text.chars().count() / 22 + text.lines().count() + 1);
        let note = Note::new(text)
            .add_author_prefix(false)
            .set_font_name(FONT)
            .set_font_size(9)
            .set_width(300)
            .set_height(lines.unwrap_or(u32::MAX).clamp(3, 24) * 17);
        self.sheet.insert_note(row, column, &note)?;
        Ok(Cow::Owned(format.clone().set_background_color(colour(mark.severity))))
    }
}

fn colour(severity: Severity) -> Color {
    match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Info => INFO,
    }
}

/// Fill of a row of findings.
pub(super) fn finding(severity: Severity) -> Format {
    framed().set_background_color(colour(severity)).set_align(FormatAlign::Center)
}

/// Link colours.
pub(super) fn link() -> Format {
    framed()
        .set_font_color(Color::RGB(0x1D4ED8))
        .set_underline(rust_xlsxwriter::FormatUnderline::Single)
        .set_align(FormatAlign::Center)
}

/// Locks what is not to be filled in, without a password; columns and rows may be resized.
pub(super) fn protect(sheet: &mut Worksheet) {
    let options = ProtectionOptions {
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    };
    sheet.protect_with_options(&options);
}

/// Prints on A4, all columns on one page.
pub(super) fn print(sheet: &mut Worksheet, is_wide: bool) {
    if is_wide {
        sheet.set_landscape();
    }
    sheet
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3)
        .set_print_center_horizontally(true)
        .set_footer("&C&\"맑은 고딕\"&9&P / &N");
}

/// Height of a row, in points, in which each text is read in full at its column's width. Programs
/// differ in whether they find it themselves.
pub(super) fn row_height<'t>(texts: impl IntoIterator<Item = (&'t str, u32)>) -> f64 {
    let lines = texts.into_iter().map(|(text, width)| {
        // Widths are given in digits; a Korean letter is nearly two of them.
        let tenths = |line: &str| line.chars().map(|it| if it.is_ascii() { 10 } else { 18 }).sum();
        let room = width.saturating_sub(2).max(1) * 10;
        text.lines().map(|line| u32::div_ceil(tenths(line), room).max(1)).sum::<u32>()
    });
    f64::from(lines.max().unwrap_or(1).clamp(1, 26) * 15 + 7)
}

/// A text as the format can hold it: of its length, without the two code points that XML has not.
fn storable(text: &str) -> Cow<'_, str> {
    let is_foreign = |letter: char| matches!(letter, '\u{FFFE}' | '\u{FFFF}');
    let mut units = 0;
    let end = text.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > MAX_CELL
    });
    let text = end.map_or(text, |(end, _)| &text[..end]);
    match text.contains(is_foreign) {
        true => Cow::Owned(text.replace(is_foreign, "\u{FFFD}")),
        false => Cow::Borrowed(text),
    }
}
