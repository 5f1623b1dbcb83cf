//! ZIPs byte by byte (APPNOTE 4.3), for what no well-behaved tool packs.

use std::io::Write;

use flate2::{Compression, write::DeflateEncoder};

#[derive(Clone)]
pub struct Packed {
    pub name: String,
    pub content: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    /// As stat(2) has it.
    pub mode: u32,
    pub crc: u32,
    pub size: u32,
}

pub const STORED: u16 = 0;
pub const DEFLATED: u16 = 8;

pub fn stored(name: &str, content: impl AsRef<[u8]>) -> Packed {
    let content = content.as_ref().to_vec();
    let (crc, size) = (rawzip::crc32(&content), content.len() as u32);
    Packed { name: name.into(), content, flags: 0, method: STORED, mode: 0o100_644, crc, size }
}

pub fn deflated(name: &str, content: impl AsRef<[u8]>) -> Packed {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_ref()).unwrap();
    Packed { content: encoder.finish().unwrap(), method: DEFLATED, ..stored(name, content) }
}

/// What the header before a member and its record have in common.
fn common(member: &Packed) -> Vec<u8> {
    let mut out = Vec::new();
    for number in [20, member.flags, member.method, 0, 0x21] {
        out.extend(number.to_le_bytes());
    }
    for number in [member.crc, member.content.len() as u32, member.size] {
        out.extend(number.to_le_bytes());
    }
    out.extend((member.name.len() as u16).to_le_bytes());
    out.extend([0, 0]);
    out
}

pub fn zip(members: &[Packed]) -> Vec<u8> {
    let (mut out, mut records) = (Vec::new(), Vec::new());
    for member in members {
        // Made by Unix.
        records.extend([&b"PK\x01\x02\x14\x03"[..], &common(member), &[0; 6]].concat());
        records.extend((member.mode << 16).to_le_bytes());
        records.extend((out.len() as u32).to_le_bytes());
        records.extend(member.name.as_bytes());
        out.extend([b"PK\x03\x04", &common(member)[..], member.name.as_bytes(), &member.content].concat());
    }
    let (start, count) = (out.len() as u32, (members.len() as u16).to_le_bytes());
    let sizes = [(records.len() as u32).to_le_bytes(), start.to_le_bytes()].concat();
    out.extend([&records[..], b"PK\x05\x06\0\0\0\0", &count, &count, &sizes, &[0, 0]].concat());
    out
}
