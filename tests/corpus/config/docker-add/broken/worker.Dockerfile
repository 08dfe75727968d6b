FROM python:3.13-slim
WORKDIR /app
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl=8.14.1-2 \
    && rm -rf /var/lib/apt/lists/*
ADD app ./app
USER 10001
CMD ["python", "-m", "app"]
