create schema if not exists maps;

-- Outlines of one level of areas over a span of days, as the pack's file holds them. Decoded forms are kept in memory under
-- `sha256`, so a file that changes is never mistaken for the one before.
create table maps.boundary_set (
  pack text not null,
  code text not null,
  sha256 text not null,
  level text not null check (level in ('commune', 'province')),
  -- The area whose parts are drawn.
  within text not null,
  title text not null,
  valid_from date,
  valid_to date,
  body text not null,
  primary key (pack, code)
);
