"""A small user directory: create, list, read, and a picture for each."""

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from database import User, create_tables, data_folder, new_session

PICTURE_BYTES_MAX = 5 * 1024 * 1024


@asynccontextmanager
async def lifespan(_app: FastAPI):
    create_tables()
    yield


app = FastAPI(title="Users", lifespan=lifespan)


class NewUser(BaseModel):
    name: str
    email: str


class UserReply(NewUser):
    model_config = ConfigDict(from_attributes=True)

    id: int


@app.get("/")
def index():
    return {"message": f"{os.environ.get('GREETING', 'Hello')} from FastAPI", "docs": "/docs"}


@app.get("/healthz")
def healthz():
    return {"status": "ok"}


@app.post("/users", status_code=201)
def create_user(new_user: NewUser) -> UserReply:
    with new_session() as session:
        user = User(name=new_user.name, email=new_user.email)
        session.add(user)
        try:
            session.commit()
        except IntegrityError as taken:
            raise HTTPException(409, f"{new_user.email} is taken") from taken
        return UserReply.model_validate(user)


@app.get("/users")
def list_users() -> list[UserReply]:
    with new_session() as session:
        return [UserReply.model_validate(user) for user in session.scalars(select(User).order_by(User.id))]


@app.get("/users/{user_id}")
def read_user(user_id: int) -> UserReply:
    with new_session() as session:
        return UserReply.model_validate(found(session, user_id))


@app.put("/users/{user_id}/picture", status_code=204)
def save_picture(user_id: int, picture: UploadFile) -> None:
    content = picture.file.read(PICTURE_BYTES_MAX + 1)
    if len(content) > PICTURE_BYTES_MAX:
        raise HTTPException(413, f"picture: expected at most {PICTURE_BYTES_MAX} bytes")
    with new_session() as session:
        found(session, user_id)
    folder = data_folder / "pictures"
    folder.mkdir(exist_ok=True)
    (folder / str(user_id)).write_bytes(content)


@app.get("/users/{user_id}/picture")
def read_picture(user_id: int) -> FileResponse:
    file = data_folder / "pictures" / str(user_id)
    if not file.is_file():
        raise HTTPException(404, f"user {user_id} has no picture")
    return FileResponse(file, media_type="application/octet-stream")


def found(session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise HTTPException(404, f"no user {user_id}")
    return user
