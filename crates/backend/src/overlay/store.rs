//! Overlays on disk: a numbered folder for each, and `order.json`, which says which one lies over the product.
//!
//! A change becomes true by one rename, of that file: whatever a stop leaves half done before it is named by nothing, and
//! is removed at the next start.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
};

use anyhow::Context;
use domain::overlay::kind;
use serde::{Deserialize, Serialize};

use super::{Member, Members};

const ORDER: &str = "order.json";
/// The folders of one overlay, the inner ones first.
const INNER: [&str; 2] = ["app/legal", "app"];

/// Which folders count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub present: Option<u32>,
    pub previous: Option<u32>,
}

pub fn order(folder: &Path) -> anyhow::Result<Order> {
    match fs::read(folder.join(ORDER)) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Order::default()),
        Err(error) => Err(error.into()),
    }
}

/// The members of a folder of ours.
pub fn read(folder: &Path, number: Option<u32>) -> anyhow::Result<Members> {
    let mut members = Members::new();
    let Some(number) = number else { return Ok(members) };
    for inner in INNER {
        for file in fs::read_dir(folder.join(number.to_string()).join(inner))? {
            let file = file?;
            let name = format!("{inner}/{}", file.file_name().to_string_lossy());
            if file.file_type()?.is_file()
                && let Ok(kind) = kind(&name)
            {
                let member = Member::new(&kind, name, fs::read(file.path())?);
                members.insert(kind, member);
            }
        }
    }
    Ok(members)
}

/// Writes members so that they are there after a power cut.
pub fn write(folder: &Path, number: u32, members: &Members) -> anyhow::Result<()> {
    let place = folder.join(number.to_string());
    // What a change that was cut off left behind.
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(place.join(INNER[0]))?;
    for member in members.values() {
        let mut file = File::create_new(place.join(&member.name)).context(member.name.clone())?;
        file.write_all(&member.bytes)?;
        file.sync_all()?;
    }
    for inner in INNER {
        sync(&place.join(inner))?;
    }
    sync(&place)?;
    sync(folder)
}

/// Makes an order the one that counts.
pub fn switch(folder: &Path, order: Order) -> anyhow::Result<()> {
    let beside = folder.join(format!("{ORDER}.new"));
    let mut file = File::create(&beside)?;
    file.write_all(&serde_json::to_vec(&order)?)?;
    file.sync_all()?;
    fs::rename(&beside, folder.join(ORDER))?;
    sync(folder)
}

fn sync(folder: &Path) -> anyhow::Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}

/// Removes the folders that no longer count. One that stays takes room and nothing else.
pub fn tidy(folder: &Path, order: Order) {
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let number = file.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        let counts = |number| [order.present, order.previous].contains(&Some(number));
        if number.is_some_and(|number| !counts(number))
            && let Err(error) = fs::remove_dir_all(file.path())
        {
            tracing::warn!(error = %error, "an overlay that no longer counts was not removed");
        }
    }
}
