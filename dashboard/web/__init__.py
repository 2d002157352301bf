"""The pages without Streamlit, and what guards every request."""
