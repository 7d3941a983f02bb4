"""The toolkit the Regional Conference on Migration runs its sessions on."""
