//! The requests of LibreSpeed's worker (`speedtest_worker.js` 6.x) and of librespeed-cli.

use netlab::LabError;
use netlab::product::{Answer, Product};
use serde_json::Value;

use super::Checks;

/// Makes each request once and judges its answer.
pub fn check(product: &Product, checks: &mut Checks) -> Result<(), LabError> {
    for suffix in ["", ".php"] {
        let ask = |method: &str, path: &str, body: &str| {
            product.request(
                "resident",
                method,
                &path.replace("PHP", suffix),
                &[("Content-Type", "application/octet-stream")],
                body,
            )
        };
        who_asks(&ask("GET", "/backend/getIPPHP?cors=true&isp=true&distance=km&r=0.5", "")?, suffix, checks);
        let ping = ask("GET", "/backend/emptyPHP?cors=true&r=0.5", "")?;
        checks.check(
            ping.status == 200 && ping.body.is_empty() && open_to_all(&ping),
            &format!("empty{suffix} as ping"),
            &first(&ping),
        );
        let upload = ask("POST", "/backend/emptyPHP?cors=true&r=0.5", &"x".repeat(200_000))?;
        checks.check(
            upload.status == 200 && open_to_all(&upload),
            &format!("empty{suffix} as upload"),
            &first(&upload),
        );
        let preflight = ask("OPTIONS", "/backend/emptyPHP?cors=true&r=0.5", "")?;
        let allows = header(&preflight, "access-control-allow-headers")
            .to_ascii_lowercase()
            .contains("content-encoding");
        checks.check(
            preflight.status == 200 && allows,
            &format!("empty{suffix} preflight"),
            &first(&preflight),
        );
        let garbage = ask("GET", "/backend/garbagePHP?cors=true&ckSize=1&r=0.5", "")?;
        let whole = header(&garbage, "content-length") == "1048576";
        let fresh = header(&garbage, "cache-control").contains("no-store");
        checks.check(
            garbage.status == 200 && whole && fresh,
            &format!("garbage{suffix} of one chunk"),
            &first(&garbage),
        );
        let plain = ask("GET", "/backend/emptyPHP", "")?;
        checks.check(
            header(&plain, "access-control-allow-origin").is_empty(),
            &format!("empty{suffix} without cors"),
            &first(&plain),
        );
    }
    Ok(())
}

fn who_asks(answer: &Answer, suffix: &str, checks: &mut Checks) {
    let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let names_us = json["processedString"].as_str().is_some_and(|text| text.starts_with("198.18.1.2"));
    checks.check(
        answer.status == 200 && names_us && json.get("rawIspInfo").is_some(),
        &format!("getIP{suffix}"),
        &answer.body,
    );
}

fn open_to_all(answer: &Answer) -> bool {
    header(answer, "access-control-allow-origin") == "*"
}

/// The value of a header, empty when it is not there.
fn header(answer: &Answer, wanted: &str) -> String {
    let named = |line: &str| {
        line.split_once(':')
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
    };
    answer.head.lines().find_map(named).unwrap_or_default()
}

fn first(answer: &Answer) -> String {
    answer.head.lines().next().unwrap_or_default().to_owned()
}
