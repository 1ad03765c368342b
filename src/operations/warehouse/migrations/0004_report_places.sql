-- Reports by where they are: what lies in a box of the map is counted by cells from the index alone, and listed by it. A tree over both
-- numbers and not over points: of points the planner knows no distribution, and takes the index for a box that holds them all.
create index citizen_report_place on warehouse.citizen_report (longitude, latitude)
  include (source, organisation, opened_at)
  where longitude is not null and latitude is not null;
