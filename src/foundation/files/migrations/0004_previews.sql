-- What is known of the pictures that show a content, which lie beside it and are made again where they are missing.
create table files.preview (
  sha256 text primary key references files.content (sha256),
  -- Absent: it could not be drawn; tried again a day later.
  pages int check (pages > 0),
  -- Of the picture of its first page.
  width int,
  height int,
  made_at timestamptz not null,
  check ((pages is null) = (width is null) and (width is null) = (height is null))
);
