-- The absent colleague for whom a figure was typed: it counts as his too, so he does not approve it either.
alter table indicators.entry add column typed_for text;
