-- Certificates of issuing authorities that came with those of signers.
create table signing.authority (
  fingerprint text primary key check (fingerprint ~ '^[0-9a-f]{64}$'),
  der bytea not null
);
