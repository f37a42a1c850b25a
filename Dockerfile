FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --create-home daybook
WORKDIR /app
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY . .
# The URLs are only there so that the settings load; collecting static files opens no connection.
RUN SECRET_KEY=build WRITE_DATABASE_URL=postgres://w/w READ_DATABASE_URL=postgres://r/r \
    CELERY_BROKER_URL=redis://r CACHE_URL=redis://r python manage.py collectstatic --noinput
USER daybook
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000"]
