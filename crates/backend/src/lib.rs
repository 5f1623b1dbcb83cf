//! REST, SQL, jobs and outside services of Steadyline. No Leptos.

pub mod accept;
pub mod admin;
pub mod backup;
pub mod bgp;
pub mod buildings;
pub mod canary;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod db;
pub mod diagnostics;
pub mod entities;
pub mod error;
pub mod evidence;
pub mod history;
pub mod http;
pub mod isps;
pub mod jobs;
mod librespeed;
pub mod live;
pub mod me;
pub mod measurements;
mod ndt7;
pub mod overlay;
pub mod providers;
pub mod seed;
pub mod self_health;
pub mod service;
pub mod speed_tests;
pub mod state;
pub mod tls;
pub mod uplinks;
mod verdict;

pub use error::{AppError, AppResult};
pub use state::AppState;
