-- Projects become slow and catch up: moves like those of duties and directives.
alter table alerts.move drop constraint move_stream_check;
alter table alerts.move add constraint move_stream_check check (stream in ('duty', 'directive', 'project'));
