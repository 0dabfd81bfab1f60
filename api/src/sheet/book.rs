//! A workbook that is read row by row, holding one row at a time.
//!
//! Only what matters to a form is read: cells with their texts and number formats, and merged ranges. Names are
//! compared without their prefixes, so that the strict and the usual kind of the format are alike.

use std::collections::HashMap;

use chrono::{Duration, NaiveDate};
use quick_xml::events::{BytesStart, Event};

use super::archive::{Archive, DAMAGED, MAX_HELD, Xml, attribute};
use super::content::Content;
use super::format::{Digits, NumberFormat};
use super::grid::column_within_limit;
use super::layout::{Tab, position};
use super::merged::{Merged, Range};
use super::{MAX_EXPANDED, Other, Unreadable, words};

/// Most texts in the string table: every cell of a full sheet.
const MAX_STRINGS: usize = 2_000_000;
/// Most cell formats; Excel has 65,490.
const MAX_FORMATS: usize = 100_000;
/// Most sheets, and most relations between parts.
const MAX_NAMES: usize = 20_000;
/// Rows and columns of the format.
const ROWS: u32 = 1_048_576;
const COLUMNS: u16 = 16_384;

/// Whether to read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The next row.
    Row,
    /// Nothing more of this sheet.
    End,
}

/// What a cell's numbers and texts are read by.
#[derive(Default)]
struct Tables {
    strings: Vec<Box<str>>,
    formats: Vec<NumberFormat>,
    /// Index of each style's format.
    styles: Vec<usize>,
    is_1904: bool,
    /// Whether the program that wrote it leaves the computing to whoever opens it.
    is_uncomputed: bool,
    /// The part of the first sheet.
    first: Option<String>,
}

/// An open workbook.
pub(super) struct Book<'a> {
    archive: Archive<'a>,
    /// Sheets by name, as names are compared, with their parts.
    sheets: HashMap<String, String>,
    tables: Tables,
}

impl<'a> Book<'a> {
    /// Opens a workbook.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        Self::open_within(bytes, MAX_EXPANDED)
    }

    /// The same with another limit for the bytes unpacked.
    pub(super) fn open_within(bytes: &'a [u8], limit: u64) -> Result<Self, Unreadable> {
        let mut archive = Archive::open(bytes, limit)?;
        let document = of_kind(&relations(&mut archive, "", "_rels/.rels")?, "officeDocument");
        let workbook = document.unwrap_or_else(|| "xl/workbook.xml".to_owned());
        if workbook.to_lowercase().ends_with(".bin") {
            return Err(Unreadable::NotAWorkbook(Other::BinaryBook));
        }
        if archive.mentions("mimetype", "application/vnd.oasis.opendocument")? {
            return Err(Unreadable::NotAWorkbook(Other::OpenDocument));
        }
        if !archive.has(&workbook) {
            return Err(Unreadable::NotAWorkbook(Other::Unknown));
        }
        let (folder, name) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let parts = relations(&mut archive, folder, &format!("{folder}/_rels/{name}.rels"))?;
        let mut tables = Tables::default();
        let sheets = read_workbook(&mut archive, &workbook, &parts, &mut tables)?;
        if let Some(part) = of_kind(&parts, "styles") {
            read_styles(&mut archive, &part, &mut tables)?;
        }
        if let Some(part) = of_kind(&parts, "sharedStrings") {
            read_strings(&mut archive, &part, &mut tables.strings)?;
        }
        Ok(Self { archive, sheets, tables })
    }

    /// Whether it has a sheet.
    pub(super) fn has(&self, tab: Tab) -> bool {
        self.sheets.contains_key(&words::squeezed(tab.name()))
    }

    fn part(&self, tab: Tab) -> Result<String, Unreadable> {
        let part = self.sheets.get(&words::squeezed(tab.name())).cloned();
        part.ok_or_else(|| Unreadable::NoSheet(tab.name().to_owned()))
    }

    /// The merged ranges of a sheet; they stand behind its cells.
    pub(super) fn merged(&mut self, tab: Tab) -> Result<Merged, Unreadable> {
        let part = self.part(tab)?;
        let mut merged = Merged::default();
        if !self.archive.mentions(&part, "mergeCell ")? {
            return Ok(merged);
        }
        let mut xml = self.archive.part(&part)?.ok_or(DAMAGED)?;
        while let Some(event) = xml.next()? {
            if let Event::Start(tag) = event
                && tag.local_name().as_ref() == "mergeCell"
                && let Some(range) = attribute(&tag, "ref")?.as_deref().and_then(range)
            {
                merged.add(range)?;
            }
        }
        Ok(merged)
    }

    /// Hands on each row that holds something, with its columns in order.
    pub(super) fn rows(
        &mut self,
        tab: Tab,
        each: &mut dyn FnMut(u32, Vec<(u16, Content)>) -> Result<Next, Unreadable>,
    ) -> Result<(), Unreadable> {
        let part = self.part(tab)?;
        self.rows_of(&part, each)
    }

    /// The same of the first sheet, whatever its name.
    pub(super) fn first_sheet(
        &mut self,
        each: &mut dyn FnMut(u32, Vec<(u16, Content)>) -> Result<Next, Unreadable>,
    ) -> Result<(), Unreadable> {
        let part = self.tables.first.clone().ok_or(DAMAGED)?;
        self.rows_of(&part, each)
    }

    fn rows_of(
        &mut self,
        part: &str,
        each: &mut dyn FnMut(u32, Vec<(u16, Content)>) -> Result<Next, Unreadable>,
    ) -> Result<(), Unreadable> {
        let tables = &self.tables;
        let mut xml = self.archive.part(part)?.ok_or(DAMAGED)?;
        let (mut current, mut cells) = (0, Vec::new());
        let mut at: (u32, u16) = (0, 0);
        let mut is_first = true;
        while let Some(event) = xml.next()? {
            let Event::Start(tag) = event else { continue };
            match tag.local_name().as_ref() {
                "row" => {
                    let given = attribute(&tag, "r")?.map(|row| row.trim().parse::<u32>());
                    let row = match given {
                        Some(row) => row.ok().and_then(|row| row.checked_sub(1)).ok_or(DAMAGED)?,
                        None if is_first => 0,
                        None => at.0.saturating_add(1),
                    };
                    at = (row, 0);
                    is_first = false;
                }
                "c" => {
                    let head = Head::of(&tag)?;
                    let (row, column) = head.position.unwrap_or(at);
                    if row >= ROWS || column >= COLUMNS {
                        return Err(DAMAGED);
                    }
                    at = (row, column + 1);
                    let Some(content) = cell(&mut xml, &head, tables)? else { continue };
                    let column = column_within_limit(column.into())?;
                    if row != current
                        && !cells.is_empty()
                        && each(current, std::mem::take(&mut cells))? == Next::End
                    {
                        return Ok(());
                    }
                    current = row;
                    hold(&mut cells, column, content);
                }
                _ => {}
            }
        }
        if !cells.is_empty() {
            each(current, cells)?;
        }
        Ok(())
    }
}

/// Adds a cell to the held row; of a column that is there twice, the last stands.
fn hold(cells: &mut Vec<(u16, Content)>, column: u16, content: Content) {
    match cells.last() {
        Some((last, _)) if *last >= column => {
            match cells.binary_search_by_key(&column, |it| it.0) {
                Ok(index) => cells[index].1 = content,
                Err(index) => cells.insert(index, (column, content)),
            }
        }
        Some(_) | None => cells.push((column, content)),
    }
}

/// A relation to another part: its kind and its name.
type Relations = HashMap<String, (String, String)>;

/// The relations of a part in a folder.
fn relations(archive: &mut Archive<'_>, folder: &str, part: &str) -> Result<Relations, Unreadable> {
    let mut relations = HashMap::new();
    let Some(mut xml) = archive.part(part)? else { return Ok(relations) };
    while let Some(event) = xml.next()? {
        let Event::Start(tag) = event else { continue };
        if tag.local_name().as_ref() != "Relationship" {
            continue;
        }
        let of = |name| attribute(&tag, name);
        if let (Some(id), Some(kind), Some(target)) = (of("Id")?, of("Type")?, of("Target")?) {
            if relations.len() == MAX_NAMES {
                return Err(DAMAGED);
            }
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            relations.insert(id, (kind, resolved(folder, &target)));
        }
    }
    Ok(relations)
}

/// The first part of a kind.
fn of_kind(relations: &Relations, kind: &str) -> Option<String> {
    relations.values().filter(|(known, _)| known == kind).map(|(_, part)| part).min().cloned()
}

/// A target seen from a folder.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let base = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}

/// The sheets of a workbook, and how it counts days.
fn read_workbook(
    archive: &mut Archive<'_>,
    part: &str,
    parts: &Relations,
    tables: &mut Tables,
) -> Result<HashMap<String, String>, Unreadable> {
    let mut sheets = HashMap::new();
    let mut xml = archive.part(part)?.ok_or(DAMAGED)?;
    let is_true = |value: Option<String>| matches!(value.as_deref(), Some("1" | "true"));
    while let Some(event) = xml.next()? {
        let Event::Start(tag) = event else { continue };
        match tag.local_name().as_ref() {
            "workbookPr" => tables.is_1904 |= is_true(attribute(&tag, "date1904")?),
            "calcPr" => tables.is_uncomputed |= is_true(attribute(&tag, "fullCalcOnLoad")?),
            "sheet" => {
                let name = attribute(&tag, "name")?.unwrap_or_default();
                // `sheetId` is another attribute; this one is `r:id`.
                let target = attribute(&tag, "id")?.and_then(|id| parts.get(&id));
                if let Some((kind, target)) = target
                    && kind == "worksheet"
                {
                    if sheets.len() == MAX_NAMES {
                        return Err(DAMAGED);
                    }
                    tables.first.get_or_insert_with(|| target.clone());
                    sheets.entry(words::squeezed(&name)).or_insert_with(|| target.clone());
                }
            }
            _ => {}
        }
    }
    Ok(sheets)
}

/// The number format of each style.
fn read_styles(
    archive: &mut Archive<'_>,
    part: &str,
    tables: &mut Tables,
) -> Result<(), Unreadable> {
    let Some(mut xml) = archive.part(part)? else { return Ok(()) };
    let mut known: HashMap<u32, usize> = HashMap::new();
    let mut is_of_cells = false;
    while let Some(event) = xml.next()? {
        let tag = match event {
            Event::Start(tag) => tag,
            Event::End(tag) => {
                is_of_cells &= tag.local_name().as_ref() != "cellXfs";
                continue;
            }
            _ => continue,
        };
        let id = || {
            Ok::<_, Unreadable>(attribute(&tag, "numFmtId")?.and_then(|id| id.trim().parse().ok()))
        };
        match tag.local_name().as_ref() {
            "cellXfs" => is_of_cells = true,
            "numFmt" => {
                if let (Some(id), Some(code)) = (id()?, attribute(&tag, "formatCode")?)
                    && tables.formats.len() < MAX_FORMATS
                {
                    known.insert(id, tables.formats.len());
                    tables.formats.push(NumberFormat::parse(&code));
                }
            }
            "xf" if is_of_cells => {
                if tables.styles.len() == MAX_FORMATS {
                    return Err(DAMAGED);
                }
                let id = id()?.unwrap_or(0);
                let formats = &mut tables.formats;
                let index = *known.entry(id).or_insert_with(|| {
                    formats.push(NumberFormat::built_in(id));
                    formats.len() - 1
                });
                tables.styles.push(index);
            }
            _ => {}
        }
    }
    Ok(())
}

fn read_strings(
    archive: &mut Archive<'_>,
    part: &str,
    strings: &mut Vec<Box<str>>,
) -> Result<(), Unreadable> {
    let Some(mut xml) = archive.part(part)? else { return Ok(()) };
    loop {
        let is_item = match xml.next()? {
            None => return Ok(()),
            Some(Event::Start(tag)) => tag.local_name().as_ref() == "si",
            Some(_) => false,
        };
        if is_item {
            if strings.len() == MAX_STRINGS {
                return Err(DAMAGED);
            }
            strings.push(rich_text(&mut xml)?.into_boxed_str());
        }
    }
}

/// The text of a string that has just been opened, all its runs together. How it is pronounced is no part of it.
fn rich_text(xml: &mut Xml<'_>) -> Result<String, Unreadable> {
    let (end, mut text) = (xml.depth(), String::new());
    loop {
        let depth = xml.depth();
        let (is_text, is_sound) = match xml.next()?.ok_or(DAMAGED)? {
            Event::Start(tag) => {
                (tag.local_name().as_ref() == "t", tag.local_name().as_ref() == "rPh")
            }
            Event::End(_) if depth == end => return Ok(unescaped(text)),
            _ => (false, false),
        };
        if is_text {
            let piece = xml.text()?;
            // More than any cell holds is not kept, however many runs there are.
            if text.len() <= MAX_HELD {
                text.push_str(&piece);
            }
        } else if is_sound {
            xml.skip()?;
        }
    }
}

/// A text without the escapes by which spreadsheets write what XML cannot hold: `_x000D_`.
fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(letter) = rest.chars().next() {
        let code = rest.strip_prefix("_x").and_then(|it| it.get(..5)?.strip_suffix('_'));
        let code = code.filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match code.and_then(|it| u16::from_str_radix(it, 16).ok()) {
            Some(unit) => {
                units.push(unit);
                rest = &rest[7..];
            }
            None => {
                units.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    String::from_utf16(&units).unwrap_or(text)
}

/// A range by its name: `A6:B8`.
fn range(name: &str) -> Option<Range> {
    let (first, last) = name.split_once(':')?;
    let ((top, left), (bottom, right)) = (position(first)?, position(last)?);
    (top <= bottom && left <= right && bottom < ROWS && right < COLUMNS).then_some(Range {
        top,
        left,
        bottom,
        right,
    })
}

/// What the tag of a cell says.
#[derive(Default)]
struct Head {
    position: Option<(u32, u16)>,
    style: Option<usize>,
    kind: String,
}

impl Head {
    fn of(tag: &BytesStart<'_>) -> Result<Self, Unreadable> {
        let mut head = Self::default();
        for found in tag.attributes().with_checks(false) {
            let found = found.map_err(|_| DAMAGED)?;
            match found.key.as_ref() {
                "r" => head.position = Some(position(&found.value).ok_or(DAMAGED)?),
                "s" => head.style = found.value.parse().ok(),
                "t" => head.kind = found.value.into_owned(),
                _ => {}
            }
        }
        Ok(head)
    }
}

/// What a cell holds whose tag has just been opened; nothing for a blank one.
fn cell(xml: &mut Xml<'_>, head: &Head, tables: &Tables) -> Result<Option<Content>, Unreadable> {
    enum Inside {
        Value,
        Text,
        Formula,
        Other,
    }
    let end = xml.depth();
    let (mut value, mut rich, mut is_formula) = (None, None, false);
    loop {
        let depth = xml.depth();
        let inside = match xml.next()?.ok_or(DAMAGED)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "v" => Inside::Value,
                "is" => Inside::Text,
                "f" => Inside::Formula,
                _ => Inside::Other,
            },
            Event::End(_) if depth == end => break,
            _ => continue,
        };
        match inside {
            Inside::Value => value = Some(xml.text()?),
            Inside::Text => rich = Some(rich_text(xml)?),
            Inside::Formula => {
                is_formula = true;
                xml.skip()?;
            }
            Inside::Other => xml.skip()?,
        }
    }
    let is_text = head.kind == "str" && value.is_some();
    let content = content(value, rich, head, tables)?;
    if !is_formula {
        return Ok(content);
    }
    Ok(match content {
        // A formula that comes to an empty text is a blank cell to look at.
        None if is_text => None,
        // Programs that do not compute write 0 and ask that it be computed on opening.
        Some(Content::Number(0.0, _)) if tables.is_uncomputed => Some(Content::Formula(None)),
        result => Some(Content::Formula(result.map(Box::new))),
    })
}

fn content(
    value: Option<String>,
    rich: Option<String>,
    head: &Head,
    tables: &Tables,
) -> Result<Option<Content>, Unreadable> {
    let given = |text: String| (!text.is_empty()).then_some(Content::Text(text));
    let Some(value) = value else { return Ok(rich.and_then(given)) };
    let plain = value.trim();
    Ok(match head.kind.as_str() {
        "inlineStr" => given(rich.unwrap_or(value)),
        "str" => given(unescaped(value)),
        _ if plain.is_empty() => None,
        "s" => {
            let index: usize = plain.parse().map_err(|_| DAMAGED)?;
            given(tables.strings.get(index).ok_or(DAMAGED)?.to_string())
        }
        "b" => match plain.to_ascii_lowercase().as_str() {
            "1" | "true" => Some(Content::Truth(true)),
            "0" | "false" => Some(Content::Truth(false)),
            _ => return Err(DAMAGED),
        },
        "e" => Some(Content::Fault(plain.to_owned())),
        "d" if plain.contains('-') => Some(Content::Date(plain.to_owned())),
        "d" => Some(Content::Time(plain.trim_start_matches('T').to_owned())),
        "n" | "" => {
            let is_number =
                plain.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            let number: f64 = plain.parse().ok().filter(|_| is_number).ok_or(DAMAGED)?;
            let format = head.style.and_then(|style| tables.styles.get(style));
            let format = format.and_then(|index| tables.formats.get(*index));
            let look = format.map(|format| format.look(number)).unwrap_or_default();
            Some(match look.digits {
                Digits::Date => Content::Date(date(number, tables.is_1904)),
                Digits::Clock { is_elapsed } => Content::Time(clock(number, is_elapsed)),
                _ => Content::Number(number, look),
            })
        }
        _ => return Err(DAMAGED),
    })
}

/// A number of days as a date, with the time if there is one.
fn date(days: f64, is_1904: bool) -> String {
    let shown = || {
        let whole = days.floor();
        // The calendar of Excel has a 29 February 1900.
        let first = match (is_1904, days < 60.0) {
            (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
            (false, true) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
            (false, false) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
        };
        let whole_days =
            (0.0..3_000_000.0).contains(&whole).then(|| Duration::days(whole as i64))?;
        let seconds = Duration::seconds(((days - whole) * 86_400.0).round() as i64);
        let at = first.and_hms_opt(0, 0, 0)?.checked_add_signed(whole_days)?;
        let at = at.checked_add_signed(seconds)?;
        let format = if seconds.is_zero() { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" };
        Some(at.format(format).to_string())
    };
    shown().unwrap_or_else(|| super::number::text(days))
}

/// A number of days as a time of the day, or as the hours in all.
fn clock(days: f64, is_elapsed: bool) -> String {
    let days = if is_elapsed { days } else { days - days.floor() };
    let sign = if days < 0.0 { "-" } else { "" };
    let seconds = (days.abs() * 86_400.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match seconds {
        0 => format!("{sign}{hours}:{minutes:02}"),
        _ => format!("{sign}{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_the_day_or_of_hours() {
        for (days, is_elapsed, shown) in [
            (0.5, false, "12:00"),
            (46_295.75, false, "18:00"),
            (1.5, true, "36:00"),
            (0.000_011_574, true, "0:00:01"),
            (-0.25, true, "-6:00"),
        ] {
            assert_eq!(clock(days, is_elapsed), shown);
        }
    }

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        for (days, is_1904, shown) in [
            (46_295.0, false, "2026-09-30"),
            (46_295.75, false, "2026-09-30 18:00:00"),
            (1.0, false, "1900-01-01"),
            (44_833.0, true, "2026-09-30"),
            (-1.0, false, "-1"),
            (1e300, false, "1"),
        ] {
            assert!(date(days, is_1904).starts_with(shown), "{days}");
        }
    }

    #[test]
    fn parts_are_found_where_their_names_point() {
        for (folder, target, part) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "../data/./sheet.xml", "data/sheet.xml"),
            ("", "xl\\workbook.xml", "xl/workbook.xml"),
            ("", "../../x", "x"),
        ] {
            assert_eq!(resolved(folder, target), part);
        }
    }

    #[test]
    fn escapes_are_undone() {
        for (escaped, text) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDE00_", "😀"),
            ("_xD83D_", "_xD83D_"),
            ("_x00_ 한_x0041_", "_x00_ 한A"),
        ] {
            assert_eq!(unescaped(escaped.to_owned()), text);
        }
    }
}
