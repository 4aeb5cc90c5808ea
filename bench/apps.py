"""The apps that are deployed in the measurements."""

from pathlib import Path

MAIN = '''import asyncio, os
from app import version
from app.routers import {imports}

BODY = ("{{\\"ok\\": true, \\"v\\": \\"" + version.V + "\\"}}").encode()
HEAD = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: " + str(len(BODY)).encode() + b"\\r\\n\\r\\n"

async def serve(reader, writer):
    try:
        while await reader.readuntil(b"\\r\\n\\r\\n"):
            writer.write(HEAD + BODY)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()

async def main():
    server = await asyncio.start_server(serve, os.environ.get("HOST", "127.0.0.1"), int(os.environ["PORT"]))
    async with server:
        await server.serve_forever()

asyncio.run(main())
'''


def python_app(folder, name="pyapp"):
    """20 source files, 96 KB, an asyncio server that tells app/version.py's V."""
    folder = Path(folder)
    routers = folder / "app" / "routers"
    routers.mkdir(parents=True)
    (folder / "app" / "__init__.py").write_text("")
    modules = [f"r{index}" for index in range(16)]
    for index, module in enumerate(modules):
        lines = [f"def handler_{index}_{line}(value):\n    return value + {line}\n" for line in range(110)]
        (routers / f"{module}.py").write_text("\n".join(lines))
    (routers / "__init__.py").write_text("")
    (folder / "app" / "main.py").write_text(MAIN.format(imports=", ".join(modules)))
    set_version(folder, "0")
    (folder / "backend.yml").write_text(
        f"name: {name}\nruntime: python\nentrypoint: python3 -m app.main\nresources:\n  cpu: 2\n")
    (folder / "Dockerfile").write_text("FROM scratch\nWORKDIR /app\nCOPY backend.yml ./\nCOPY app ./app\n")
    return folder


def set_version(folder, version):
    (Path(folder) / "app" / "version.py").write_text(f'V = "{version}"\n')
