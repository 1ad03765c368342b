-- What stood stays as it stood.
revoke update, delete, truncate on directives.former_part from tram_app;
