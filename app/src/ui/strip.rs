//! A strip of cells in time: state by colour, height and hatch, never by colour alone.

use leptos::prelude::*;

use super::Scrub;
use crate::i18n::{Locale, lang, td_string};

/// The state of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellState {
    Up,
    Degraded,
    Down,
    NoData,
}

impl CellState {
    const ALL: [Self; 4] = [Self::Up, Self::Degraded, Self::Down, Self::NoData];

    /// The state in a word.
    pub fn word(self, lang: Locale) -> &'static str {
        match self {
            Self::Up => td_string!(lang, shell.up),
            Self::Degraded => td_string!(lang, shell.degraded),
            Self::Down => td_string!(lang, shell.down),
            Self::NoData => td_string!(lang, shell.no_data),
        }
    }
}

/// One cell and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub state: CellState,
    pub words: String,
}

/// The drawing's units: a cell is 10 wide, the strip 40 high.
const WIDTH: usize = 10;
const HEIGHT: usize = 40;

/// Class, top and height of a cell: worse stands taller, so that shape says it as well as colour.
const fn look(state: CellState) -> (&'static str, usize, usize) {
    match state {
        CellState::Up => ("cell up", 24, 16),
        CellState::Degraded => ("cell degraded", 12, 28),
        CellState::Down => ("cell down", 0, 40),
        CellState::NoData => ("cell no-data", 24, 16),
    }
}

/// Draws the strip; a tap, the pointer or the arrow keys say what a cell holds.
#[component]
pub fn Strip(cells: Vec<Cell>, #[prop(into)] label: String) -> impl IntoView {
    let at = RwSignal::new(None);
    let n = cells.len();
    let words: Vec<String> = cells.iter().map(|cell| cell.words.clone()).collect();
    let say = move |place: usize| words.get(place).cloned().unwrap_or_default();
    let bars = cells
        .iter()
        .enumerate()
        .map(|(i, cell)| {
            let (class, y, height) = look(cell.state);
            view! { <rect class=class x=i * WIDTH + 1 y=y width=WIDTH - 2 height=height /> }
        })
        .collect_view();
    let mark = move || at.get().map_or(-20, |place: usize| (place * WIDTH) as i32);
    view! {
        <div class="strip">
            <Scrub n=n label=label say=say at=at>
                <svg
                    viewBox=format!("0 0 {} {HEIGHT}", n * WIDTH)
                    preserveAspectRatio="none"
                    aria-hidden="true"
                >
                    <defs>
                        <pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse">
                            <path class="hatch" d="M-1 1l2-2M0 4l4-4M3 5l2-2" />
                        </pattern>
                    </defs>
                    {bars}
                    <rect class="mark" x=mark y="0" width=WIDTH height=HEIGHT />
                </svg>
            </Scrub>
        </div>
    }
}

/// What the cells mean, in words beside their shapes.
#[component]
pub fn Key() -> impl IntoView {
    let lang = lang();
    let entries = CellState::ALL
        .into_iter()
        .map(|state| {
            let (class, y, height) = look(state);
            view! {
                <li>
                    <svg class="strip" viewBox="0 0 10 40" preserveAspectRatio="none" aria-hidden="true">
                        <rect class=class x="0" y=y width=WIDTH height=height />
                    </svg>
                    {state.word(lang)}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="key">{entries}</ul> }
}
