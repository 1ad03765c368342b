-- What is kept stays as it came.
revoke update, delete, truncate on files.content from tram_app;
