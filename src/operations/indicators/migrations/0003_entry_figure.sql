-- Every round of a figure, the superseded ones too: when it was first approved is asked by those who watch over deadlines.
create index entry_figure on indicators.entry (indicator, organisation, area, period);
