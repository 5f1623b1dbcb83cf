//! Makes the `i18n` module of the translations in `locales/`: keys are checked at compile time.

use std::{error::Error, path::PathBuf};

use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos, options::CodegenOptions};

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
    let translations = TranslationsInfos::parse(config)?;
    translations.emit_diagnostics();
    translations.rerun_if_locales_changed();
    let options = CodegenOptions::default().gen_docs(false);
    translations.generate_i18n_module_with_options(out.join("i18n"), options)?;
    Ok(())
}
