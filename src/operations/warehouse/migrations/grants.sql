-- What was known stays as it was known.
revoke update, delete, truncate on warehouse.former_row from tram_app;
