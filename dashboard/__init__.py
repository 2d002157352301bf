"""The Streamlit pages, and the one ASGI application that serves them."""
