//! What is wrong with a file, collected up to a limit.

use super::{MAX_INFOS, MAX_PROBLEMS, Place, Problem, Severity, Text};

/// The problems of one reading.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    infos: Vec<Problem>,
    /// Values that are named as problems and not handed on.
    pub(super) lost: usize,
    /// What is being read.
    pub(super) indicator: Option<String>,
}

impl Problems {
    /// Notes an error at a cell.
    pub(super) fn error(&mut self, place: Place, message: Text) {
        self.note(Some(place), message, Severity::Error);
    }

    /// Notes an error at a cell whose value cannot be handed on.
    pub(super) fn lose(&mut self, place: Place, message: Text) {
        self.lost += 1;
        self.error(place, message);
    }

    /// Notes a warning about the whole file.
    pub(super) fn warning(&mut self, message: Text) {
        self.note(None, message, Severity::Warning);
    }

    /// Notes what was made of a cell.
    pub(super) fn info(&mut self, place: Place, message: Text) {
        self.remark(place, message, Severity::Info);
    }

    /// Notes what was made of a cell that shows something else, so that it is looked at again.
    pub(super) fn caution(&mut self, place: Place, message: Text) {
        self.remark(place, message, Severity::Warning);
    }

    fn remark(&mut self, place: Place, message: Text, severity: Severity) {
        let of = |it: &&mut Problem| it.severity == severity;
        if self.infos.iter().filter(|it| it.severity == severity).count() < MAX_INFOS {
            let (place, indicator) = (Some(place), self.indicator.clone());
            self.infos.push(Problem { place, indicator, message, severity, is_justified: false });
        } else if let Some(last) = self.infos.iter_mut().rev().find(of)
            && last.place.is_some()
        {
            last.place = None;
            last.indicator = None;
            last.message = Text::new(
                "이런 칸이 더 있지만 적지 않았습니다.",
                "There are more cells of this kind, which are not listed.",
            );
        }
    }

    /// Whether no further problem will be kept.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MAX_PROBLEMS
    }

    /// All of them, in the order of the file, what was made of cells last.
    pub(super) fn into_found(self) -> Vec<Problem> {
        let Self { mut found, infos, .. } = self;
        found.extend(infos);
        found
    }

    fn note(&mut self, place: Option<Place>, message: Text, severity: Severity) {
        let indicator = self.indicator.clone();
        if self.found.len() + 1 < MAX_PROBLEMS {
            self.found.push(Problem { place, indicator, message, severity, is_justified: false });
        } else if !self.is_full() {
            // The last one says that the list is cut, so that nobody takes it for all.
            let message = Text::new(
                format!(
                    "문제가 {MAX_PROBLEMS}건 이상이라 이 칸부터는 적지 않았으니, 앞의 문제를 고친 뒤 다시 점검해 주십시오."
                ),
                format!(
                    "There are {MAX_PROBLEMS} problems or more; from this cell on they are not listed. Put right the ones before and check again."
                ),
            );
            self.found.push(Problem {
                place,
                indicator: None,
                message,
                severity: Severity::Error,
                is_justified: false,
            });
        }
    }
}
