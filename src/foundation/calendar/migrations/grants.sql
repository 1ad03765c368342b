-- What stood stays as it stood.
revoke update, delete, truncate on calendar.former from tram_app;
