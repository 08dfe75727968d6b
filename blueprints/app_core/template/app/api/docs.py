"""The page at /docs: Swagger UI with assets from a package, so that it opens without the internet."""

from html import escape
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

# Swagger UI sets `style` attributes and shows its icons from data: addresses; scripts come from files only.
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{root}/docs/assets/favicon.png">
<link rel="stylesheet" href="{root}/docs/assets/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="{root}/docs/assets/swagger-ui-bundle.js"></script>
<script src="{root}/docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: new URL("../openapi.json", document.currentScript.src).href,
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: false,
});
"""

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_docs(request: Request) -> HTMLResponse:
    """Return the page."""
    root = str(request.scope.get("root_path", "")).rstrip("/")
    page = _PAGE.format(title=escape(request.app.title), root=escape(root))
    return HTMLResponse(page, headers={"Content-Security-Policy": _CONTENT_POLICY})


@router.get("/docs/start.js")
async def start_docs() -> Response:
    """Return the script that opens the API's description; a file, because the page allows no inline scripts."""
    return Response(_START, media_type="text/javascript")


def install_docs(app: FastAPI) -> None:
    """Serve the page and its assets."""
    app.include_router(router)
    assets = files("fastapi_offline") / "static"
    app.mount("/docs/assets", StaticFiles(directory=str(assets)), name="docs-assets")
