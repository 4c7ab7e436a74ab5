"""GitLab: the issues of one project, on gitlab.com or on a server of one's own."""
