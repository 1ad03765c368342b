-- Money that moved stays moved: what was wrong is undone by another movement.
revoke update, delete, truncate on portfolio.movement from tram_app;
-- What was known stays as it was.
revoke update, delete, truncate on portfolio.former from tram_app;
