//! The linker keeps its relocations, by which `cargo xtask build` cuts the program into rooms.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_FAMILY").is_some_and(|family| family == "wasm") {
        println!("cargo::rustc-cdylib-link-arg=--emit-relocs");
    }
}
