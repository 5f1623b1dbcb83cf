//! A chart on a page: the finding as its title, the drawing in two widths, a value under the pointer, a table behind.

use leptos::prelude::*;

use super::Scrub;
use crate::{
    charts::Size,
    i18n::{lang, td_string},
};

/// The numbers behind a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartTable {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The narrowest container that shows the wide drawing (`$narrow-chart` in the style sheet).
const WIDE_FROM: f64 = 544.0;

/// Which of `n` equal places of the plot is under the pointer.
fn place(share: f64, width: f64, n: usize) -> usize {
    let size = if width >= WIDE_FROM { Size::WIDE } else { Size::NARROW };
    let (left, _, right, _) = size.plot();
    let x = share * f64::from(size.width);
    let inside = ((x - f64::from(left)) / f64::from(right - left)).clamp(0.0, 1.0);
    ((inside * n as f64) as usize).min(n.saturating_sub(1))
}

/// A chart of `n` equal places along x.
#[component]
pub fn Chart<D, S>(
    /// The finding, in words.
    #[prop(into)]
    title: String,
    /// Unit, window, n.
    #[prop(into)]
    subtitle: String,
    n: usize,
    /// Draws the chart in a size (called again in the browser where it depends on the viewer's clock).
    draw: D,
    /// The sentence of a place: value, unit, n.
    say: S,
    /// The numbers behind it, made when the table is first opened.
    table: ChartTable,
) -> impl IntoView
where
    D: Fn(Size) -> String + Clone + Send + Sync + 'static,
    S: Fn(usize) -> String + Clone + Send + Sync + 'static,
{
    let at = RwSignal::new(None);
    let variant = |class: &'static str, size: Size| {
        let draw = draw.clone();
        let (left, top, right, bottom) = size.plot();
        let x = move || {
            at.get().map_or(-9.0, |place: usize| {
                f64::from(left) + f64::from(right - left) * (place as f64 + 0.5) / n.max(1) as f64
            })
        };
        view! {
            <div class=class>
                <div inner_html=move || draw(size)></div>
                <svg viewBox=format!("0 0 {} {}", size.width, size.height) aria-hidden="true">
                    <line class="mark" x1=x x2=x y1=top y2=bottom />
                </svg>
            </div>
        }
    };
    let wide = variant("variant wide", Size::WIDE);
    let narrow = variant("variant narrow", Size::NARROW);
    view! {
        <figure class="chart">
            <figcaption>
                <h2>{title.clone()}</h2>
                <p class="quiet">{subtitle}</p>
            </figcaption>
            <div class="drawing">
                <Scrub n=n label=title.clone() place=place say=say at=at>
                    {wide}
                    {narrow}
                </Scrub>
            </div>
            {as_table(title, table)}
        </figure>
    }
}

/// The numbers, folded away.
pub fn as_table(title: String, table: ChartTable) -> impl IntoView {
    let lang = lang();
    let head = table.head.into_iter().map(|cell| view! { <th scope="col">{cell}</th> }).collect_view();
    let rows = table
        .rows
        .into_iter()
        .map(|row| view! { <tr>{row.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr> })
        .collect_view();
    view! {
        <details>
            <summary>{td_string!(lang, shell.as_table)}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=title>
                <table>
                    <thead>
                        <tr>{head}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}
