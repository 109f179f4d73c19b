"""Fresh public data: where it is published, how it is fetched and read, and the dated snapshots it is kept in."""
