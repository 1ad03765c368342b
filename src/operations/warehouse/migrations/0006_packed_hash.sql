-- Of a piece as it lies here, compressed: several compressed forms read as the same bytes, and a turned bit must be noticed in any. Null in
-- pieces that were kept before.
alter table warehouse.landing_chunk add column packed_sha256 bytea check (octet_length(packed_sha256) = 32);
