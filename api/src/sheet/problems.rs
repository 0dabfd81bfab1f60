//! What is wrong with a file, collected up to a limit.

use super::{MAX_PROBLEMS, Place, Problem};

/// The problems of one reading.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    /// Notes an error at a cell.
    pub(super) fn error(&mut self, place: Place, message: impl Into<String>) {
        self.note(Problem { place: Some(place), message: message.into(), is_error: true });
    }

    /// Notes a warning about the whole file.
    pub(super) fn warning(&mut self, message: impl Into<String>) {
        self.note(Problem { place: None, message: message.into(), is_error: false });
    }

    /// Whether no further problem will be kept.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= MAX_PROBLEMS
    }

    /// All of them, in the order of the file.
    pub(super) fn into_found(self) -> Vec<Problem> {
        self.found
    }

    fn note(&mut self, problem: Problem) {
        if self.found.len() + 1 < MAX_PROBLEMS {
            self.found.push(problem);
        } else if !self.is_full() {
            // The last one says that the list is cut, so that nobody takes it for all.
            self.found.push(Problem {
                place: problem.place,
                message: format!(
                    "문제가 {MAX_PROBLEMS}건 이상이라 이 칸부터는 적지 않았으니, 앞의 문제를 고친 뒤 다시 점검해 주십시오."
                ),
                is_error: true,
            });
        }
    }
}
