//! Handlers of the providers slice.

use axum::extract::State;
use domain::providers::{MyConnection, Provider};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    AppResult, AppState,
    db::time::from_ms,
    entities::{device_key, measurement, provider},
    http::{Caller, Device, Json},
};

/// The asking address, its provider, and this device's last test.
#[utoipa::path(get, path = "/api/my-connection", tag = "providers", responses((status = 200, body = MyConnection)))]
pub async fn get_my_connection(
    State(state): State<AppState>,
    caller: Caller,
) -> AppResult<Json<MyConnection>> {
    let found = state.providers.find(caller.address);
    let last = match caller.device {
        Some(device) => find_last(&state, device).await?,
        None => None,
    };
    let (test, provider) = last.unzip();
    let note = found.is_none().then(|| unknown(&state));
    let Provider { name, asn, .. } =
        found.unwrap_or(Provider { slug: String::new(), name: String::new(), asn: None, eligible: false });
    let name = Some(name).filter(|name| !name.is_empty());
    Ok(Json(MyConnection {
        public_ip: caller.address,
        isp: name.clone(),
        org: name,
        asn: asn.map(|asn| format!("AS{asn}")),
        country: None,
        country_code: None,
        region: None,
        city: None,
        lat: None,
        lon: None,
        last_measured_isp: provider.flatten(),
        last_download_mbps: test.as_ref().and_then(|test| test.download_mbps),
        last_upload_mbps: test.as_ref().and_then(|test| test.upload_mbps),
        last_ping_ms: test.as_ref().and_then(|test| test.ping_ms),
        last_test_at: test.map(|test| from_ms(test.started_at)),
        note,
        checked_at: state.clock.now(),
    }))
}

fn unknown(state: &AppState) -> String {
    if state.providers.is_configured() {
        return "This address is in none of this server's provider tables.".to_owned();
    }
    "This server has no provider table: its operator can set providers.table and run `steadyline providers update`, \
     or list providers in providers.own."
        .to_owned()
}

/// A device's newest test and its provider's name.
async fn find_last(
    state: &AppState,
    device: Device,
) -> AppResult<Option<(measurement::Model, Option<String>)>> {
    let db = &state.db.read;
    let Some(key) = device_key::Entity::find_by_id(device.hash.0.to_vec()).one(db).await? else {
        return Ok(None);
    };
    let newest = measurement::Entity::find()
        .filter(measurement::Column::DeviceId.eq(key.device_id))
        .filter(measurement::Column::Valid.eq(true))
        .order_by_desc(measurement::Column::StartedAt)
        .one(db)
        .await?;
    let Some(test) = newest else { return Ok(None) };
    // Row 0 is "unknown".
    let provider = match test.provider_id {
        0 => None,
        id => provider::Entity::find_by_id(id).one(db).await?.map(|provider| provider.name),
    };
    Ok(Some((test, provider)))
}
