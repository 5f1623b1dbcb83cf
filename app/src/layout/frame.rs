//! The rooms and the place for the page: a bottom bar on phones, a rail of words on desks. A phone's bar holds five
//! (ux.md); the rest of them stand on a page of their own, which needs no program to open.

use leptos::prelude::*;
use leptos_router::components::A;

use super::face;
use crate::{
    i18n::{Locale, lang, td_string},
    ui::Page,
};

/// A room of the menu: where, what it is called, and its sign (one path on a 24 × 24 grid).
struct Room {
    path: &'static str,
    name: &'static str,
    sign: &'static str,
}

/// How many rooms a phone's bar shows beside the way to the others.
const FIRST: usize = 4;

/// The rooms that exist, and only those.
fn rooms(lang: Locale) -> [Room; 7] {
    [
        Room { path: "/", name: td_string!(lang, shell.now), sign: "M3 12h4l3-8 4 16 3-8h4" },
        Room {
            path: "/test",
            name: td_string!(lang, shell.test),
            sign: "M4 18a9 9 0 1 1 16 0M12 14l4-5M12 14h.01",
        },
        Room {
            path: "/history",
            name: td_string!(lang, shell.history),
            sign: "M4 4v16h16M8 16v-4M12 16V8M16 16v-6",
        },
        Room {
            path: "/isp",
            name: td_string!(lang, shell.providers),
            sign: "M12 20v-8M12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4M7.5 14.5a6.4 6.4 0 0 1 0-9M16.5 5.5a6.4 6.4 0 0 1 0 9",
        },
        Room {
            path: "/building",
            name: td_string!(lang, shell.building),
            sign: "M5 21V4h9v17M14 10h5v11M3 21h18M8 8h3M8 12h3M8 16h3",
        },
        Room {
            path: "/uplinks",
            name: td_string!(lang, shell.uplinks),
            sign: "M4 8h16M4 16h16M8 5v6M16 13v6",
        },
        Room {
            path: "/settings",
            name: td_string!(lang, shell.settings),
            sign: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
        },
    ]
}

/// Draws the rooms around the page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let lang = lang();
    let more =
        Room { path: "/more", name: td_string!(lang, shell.more), sign: "M5 12h.01M12 12h.01M19 12h.01" };
    let rooms = rooms(lang).into_iter().enumerate();
    let rooms = rooms.map(|(place, room)| link(room, (place >= FIRST).then_some("rest"))).collect_view();
    view! {
        <a class="skip visually-hidden" href="#main">
            {td_string!(lang, shell.skip)}
        </a>
        <div class="frame">
            <nav class="rooms" aria-label=td_string!(lang, shell.rooms)>
                <p class="brand" inner_html=face::name()></p>
                <ul>{rooms} {link(more, Some("more"))}</ul>
            </nav>
            {children()}
        </div>
        <footer inner_html=face::legal()></footer>
    }
}

fn link(Room { path, name, sign }: Room, class: Option<&'static str>) -> impl IntoView {
    view! {
        <li class=class>
            <A href=path exact=path == "/">
                <svg viewBox="0 0 24 24" aria-hidden="true">
                    <path d=sign />
                </svg>
                <span>{name}</span>
            </A>
        </li>
    }
}

/// The rooms that a phone's bar has no place for.
#[component]
pub fn MorePage() -> impl IntoView {
    let lang = lang();
    let rest = rooms(lang).into_iter().skip(FIRST).map(|room| link(room, None)).collect_view();
    view! {
        <Page title=td_string!(lang, shell.more)>
            <h1>{td_string!(lang, shell.more)}</h1>
            <ul class="more-rooms">{rest}</ul>
        </Page>
    }
}
