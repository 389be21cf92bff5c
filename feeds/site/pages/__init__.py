"""Write the HTML pages. They work without JavaScript, and show no times except the dates of stories."""
