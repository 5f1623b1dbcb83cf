//! The History page: its tabs, and the one that the URL opens.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::{
    calendar::CalendarTab, changes::ChangesTab, contract::ContractTab, distribution::DistributionTab,
    export::ExportTab, overview::OverviewTab, percentiles::PercentilesTab, tab::Tab, trends::TrendsTab,
    weekly::WeeklyTab,
};
use crate::{
    i18n::{lang, td_string},
    ui::{Choices, Page},
};

/// The page, open on the tab of the URL's query, or else on that of its path.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let lang = lang();
    let query = use_query_map();
    let opens = Tab::of_path(&use_location().pathname.get_untracked());
    let tab = Memo::new(move |_| query.with(|q| q.get_str("tab").and_then(Tab::parse)).unwrap_or(opens));
    let title = Signal::derive(move || match tab.get() {
        Tab::Overview => td_string!(lang, history.title).to_owned(),
        tab => format!("{} · {}", tab.words(lang), td_string!(lang, history.title)),
    });
    let choices = Signal::derive(move || tab.get().choices(lang));
    view! {
        <Page title=title>
            <header class="stack">
                <h1>{td_string!(lang, history.title)}</h1>
                <Choices label=td_string!(lang, history.tabs) choices=choices />
            </header>
            {move || match tab.get() {
                Tab::Overview => view! { <OverviewTab /> }.into_any(),
                Tab::Calendar => view! { <CalendarTab /> }.into_any(),
                Tab::Distribution => view! { <DistributionTab /> }.into_any(),
                Tab::Percentiles => view! { <PercentilesTab /> }.into_any(),
                Tab::Trends => view! { <TrendsTab /> }.into_any(),
                Tab::Changes => view! { <ChangesTab /> }.into_any(),
                Tab::Weekly => view! { <WeeklyTab /> }.into_any(),
                Tab::Contract => view! { <ContractTab /> }.into_any(),
                Tab::Export => view! { <ExportTab /> }.into_any(),
            }}
        </Page>
    }
}

/// What stands where no test has been.
#[component]
pub fn NoTests() -> impl IntoView {
    let lang = lang();
    view! { <crate::ui::Empty text=td_string!(lang, history.empty) action=("/test", td_string!(lang, history.run)) /> }
}
