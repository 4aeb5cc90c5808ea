"""Users in SQLite on the volume."""

import os
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

data_folder = Path(os.environ.get("DATA_DIR", "."))
engine = create_engine(f"sqlite:///{data_folder / 'users.db'}", connect_args={"timeout": 10})
new_session = sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def share_with_the_other_release(connection, _record):
    # While a deploy switches over, two releases have the file open: WAL lets one write while others read.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)


def create_tables():
    data_folder.mkdir(parents=True, exist_ok=True)
    # Two starting instances may both find the table missing; the second CREATE must not fail.
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS users "
            "(id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, email VARCHAR NOT NULL UNIQUE)"
        )
