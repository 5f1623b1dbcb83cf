//! Makes the `i18n` module of the translations in `locales/`: keys are checked at compile time.
//!
//! By the two crates below leptos_i18n_build, which itself brings a hundred more (data of all languages, a WASM interpreter,
//! an HTTPS client) that would be compiled for nothing, once for each half.

use std::{error::Error, fs, path::PathBuf};

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::{
    options::{Config, ParseOptions},
    parse_locales,
};

/// One file a slice and language: `locales/<language>/<slice>.json`.
const SLICES: [&str; 14] = [
    "admin",
    "buildings",
    "diagnose",
    "health",
    "history",
    "now",
    "overlay",
    "providers",
    "security",
    "settings",
    "shell",
    "test",
    "uplinks",
    "verdict",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is set by cargo")?);
    let config = Config::new("en")?.add_locale("de")?.add_namespaces(SLICES)?;
    // Sentences with values in them are wanted as strings (attributes, readouts), not only as views.
    let config = config.parse_options(ParseOptions::new().interpolate_display(true));
    let translations = parse_locales(None, config)?;
    translations.diag.warnings().iter().for_each(|warning| println!("cargo::warning={warning}"));
    translations.diag.errors().iter().for_each(|error| println!("cargo::error={error}"));
    for file in translations.tracked_files.iter().flatten() {
        println!("cargo::rerun-if-changed={file}");
    }
    let module = out.join("i18n");
    fs::create_dir_all(&module)?;
    let docs = false;
    fs::write(module.join("mod.rs"), gen_code(&translations, None, false, None, docs)?.to_string())?;
    Ok(())
}
