//! What a server is called. These rules read the raw value, so that they speak even of a broken manifest.

pub mod id_mismatch;
