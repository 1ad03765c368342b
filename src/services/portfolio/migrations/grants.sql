-- Money that moved stays moved: what was wrong is undone by another movement.
revoke update, delete, truncate on portfolio.movement from tram_app;
