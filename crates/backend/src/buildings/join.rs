//! Joining and leaving: the only places where an address is sealed or opened.

use std::net::{IpAddr, Ipv6Addr};

use domain::{
    ApiError, ErrorCode,
    buildings::{
        Asking, Eligibility, JoinBuilding, LineState, ProviderChoice, Refusal, declared, eligibility,
    },
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    Set,
};

use super::{
    asker::Asker,
    prober::{Way, find_way},
    queries, store,
};
use crate::{
    AppError, AppResult, AppState,
    crypto::DeviceHash,
    db::time::to_ms,
    entities::{building, building_endpoint},
};

/// Labels of the server key.
pub const ADDRESS: &str = "endpoint-address";
pub const LABEL: &str = "endpoint-label";
const INDEX: &str = "endpoint-address-index";

/// The answer while too many join.
const BUSY_S: u32 = 5;

/// An address that is to be asked from now on.
pub struct NewLine {
    pub address: IpAddr,
    pub provider: ProviderChoice,
    pub self_declared: bool,
    /// `None`: the operator adds it.
    pub device: Option<DeviceHash>,
    pub label: Option<String>,
}

/// The sentence, with the reason as a word.
pub fn refused(reason: Refusal) -> AppError {
    ApiError::new(ErrorCode::Invalid, reason.english()).with_field("reason", reason.word()).into()
}

/// Whether the asker may join a building.
pub fn judge(state: &AppState, building: &building::Model, asker: &Asker) -> (Eligibility, Option<String>) {
    let provider = state.providers.find(asker.caller.address);
    let offered = queries::offered(building);
    let asking = Asking {
        address: asker.caller.address,
        is_proxy: asker.is_proxy,
        provider: provider.as_ref(),
        offered: &offered,
    };
    (eligibility(&asking), provider.map(|provider| provider.name))
}

/// A resident joins.
pub async fn join(
    state: &AppState,
    building: &building::Model,
    asker: &Asker,
    device: DeviceHash,
    wish: JoinBuilding,
) -> AppResult<()> {
    let (provider, self_declared) = match judge(state, building, asker).0 {
        Eligibility::Refused(reason) => return Err(refused(reason)),
        Eligibility::Found(provider) => (provider, false),
        Eligibility::Choose => {
            let offered = queries::offered(building);
            let chosen = declared(wish.provider.as_deref(), &offered);
            let why = "choose one of this building's providers";
            (chosen.cloned().ok_or_else(|| ApiError::invalid("provider", why))?, true)
        }
    };
    let label = wish.label.filter(|label| !label.trim().is_empty());
    let address = asker.caller.address;
    add(state, building, NewLine { address, provider, self_declared, device: Some(device), label }).await?;
    Ok(())
}

/// Asks the address at once, and keeps it if it answers. One network has one row, however often it joins.
pub async fn add(state: &AppState, building: &building::Model, new: NewLine) -> AppResult<i64> {
    let busy = || AppError::unavailable("Many join at this moment; try again in a few seconds.", BUSY_S);
    let _permit = state.buildings.joins.try_acquire().map_err(|_| busy())?;
    let found = find_way(&state.buildings.prober(), new.address).await;
    let way = found.ok_or_else(|| refused(Refusal::NoAnswer))?;
    let (id, keys, now) = (building.id, state.clone(), to_ms(state.clock.now()));
    state.db.write(move |tx| Box::pin(upsert(tx, keys, id, new, way, now))).await
}

async fn upsert(
    tx: &DatabaseTransaction,
    state: AppState,
    building: i64,
    new: NewLine,
    way: Way,
    now: i64,
) -> AppResult<i64> {
    let index = index(&state, building, new.address);
    let known = building_endpoint::Entity::find()
        .filter(building_endpoint::Column::BuildingId.eq(building))
        .filter(building_endpoint::Column::AddressIndex.eq(index.clone()))
        .one(tx)
        .await?;
    let mut row = match known {
        Some(known) => known.into_active_model(),
        None => building_endpoint::ActiveModel {
            building_id: Set(building),
            // Sealed under the row's id, which is known below.
            address: Set(Vec::new()),
            address_index: Set(index),
            household: Set(state.key.household(new.address).0.to_vec()),
            state: Set(LineState::Up.word().to_owned()),
            since: Set(Some(now)),
            failed: Set(0),
            created_at: Set(now),
            in_provider_outage: Set(false),
            in_building_outage: Set(false),
            ..Default::default()
        },
    };
    row.device = Set(new.device.map(|device| device.0.to_vec()));
    row.provider = Set(new.provider.slug);
    row.provider_name = Set(new.provider.name);
    row.self_declared = Set(new.self_declared);
    row.method = Set(way.to_string());
    row.last_seen = Set(Some(now));
    let id = row.clone().save(tx).await?.id.unwrap();
    let seal = |label: &str, plain: &[u8]| state.key.seal(label, &id.to_be_bytes(), plain);
    let sealed = building_endpoint::ActiveModel {
        id: Set(id),
        address: Set(seal(ADDRESS, &octets(new.address))),
        label: Set(new.label.map(|label| seal(LABEL, label.as_bytes()))),
        ..Default::default()
    };
    sealed.update(tx).await?;
    Ok(id)
}

/// The rows that the asker may take away: of the network behind the address, and of the device that joined.
pub fn own(state: &AppState, building: i64, asker: &Asker) -> Condition {
    use building_endpoint::Column;
    let mut proof =
        Condition::any().add(Column::AddressIndex.eq(index(state, building, asker.caller.address)));
    if let Some(device) = asker.caller.device {
        proof = proof.add(Column::Device.eq(device.hash.0.to_vec()));
    }
    Condition::all().add(Column::BuildingId.eq(building)).add(proof)
}

/// Deletes rows so that nothing of them is left; how many there were.
pub async fn delete(state: &AppState, which: Condition) -> AppResult<u64> {
    let deleted = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                let gone = building_endpoint::Entity::delete_many().filter(which).exec(tx).await?;
                Ok(gone.rows_affected)
            })
        })
        .await?;
    if deleted > 0 {
        store::forget(state).await;
    }
    Ok(deleted)
}

/// Deletes what a device joined, in all buildings.
pub async fn forget_device(state: &AppState, device: DeviceHash) -> AppResult<u64> {
    delete(state, Condition::all().add(building_endpoint::Column::Device.eq(device.0.to_vec()))).await
}

/// The address of a row; `None` where it does not open.
pub fn open_address(state: &AppState, row: &building_endpoint::Model) -> Option<IpAddr> {
    let plain = state.key.open(ADDRESS, &row.id.to_be_bytes(), &row.address)?;
    let v4 = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
    v4(&plain).or_else(|| <[u8; 16]>::try_from(plain.as_slice()).ok().map(IpAddr::from))
}

/// The note of a row.
pub fn open_label(state: &AppState, row: &building_endpoint::Model) -> Option<String> {
    let plain = state.key.open(LABEL, &row.id.to_be_bytes(), row.label.as_deref()?)?;
    String::from_utf8(plain).ok()
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// The keyed hash by which a network is found: an IPv4 address, an IPv6 /64 (whoever has one has all of its addresses).
fn index(state: &AppState, building: i64, address: IpAddr) -> Vec<u8> {
    let network = match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    };
    let message = [building.to_be_bytes().as_slice(), &octets(network)].concat();
    state.key.sign(INDEX, &message).to_vec()
}
