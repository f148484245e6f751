# Brings the tables of notes up to date, and ends: to be run before a new version of it.
variable "registry" {
  type    = string
  default = "registry.example.com/little"
}

variable "tag" {
  type    = string
  default = "0.1.0"
}

# What only you know, for PRINTER_URL.
variable "printer_url" {
  type = string
}

job "notes-migrate" {
  namespace = "little"
  type      = "batch"

  group "notes-migrate" {
    restart {
      attempts = 10
      interval = "15m"
      delay    = "5s"
      mode     = "fail"
    }

    network {
    }

    task "notes-migrate" {
      driver = "docker"
      user   = "10001:10001"

      config {
        image           = "${var.registry}/notes:${var.tag}"
        entrypoint      = ["python", "-m", "notes.migrate"]
        init            = true
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
        pids_limit      = 200
        network_mode    = "little-parts"
        volumes         = ["secrets/run:/run/secrets"]

        mount {
          type   = "tmpfs"
          target = "/tmp"
          tmpfs_options {
            size = 67108864
          }
        }
      }

      env {
        PORT               = "8080"
        HOST               = "0.0.0.0"
        PRINTER_URL        = var.printer_url
        DATABASE_URL_FILE  = "/run/secrets/database_url"
        PRINTER_TOKEN_FILE = "/run/secrets/printer_token"
      }

      template {
        destination          = "secrets/run/database_url"
        perms                = "0400"
        uid                  = 10001
        gid                  = 10001
        error_on_missing_key = true
        data                 = "{{ with nomadVar `nomad/jobs/notes-migrate` }}{{ .database_url }}{{ end }}"
      }

      template {
        destination          = "secrets/run/printer_token"
        perms                = "0400"
        uid                  = 10001
        gid                  = 10001
        error_on_missing_key = true
        data                 = "{{ with nomadVar `nomad/jobs/notes-migrate` }}{{ .printer_token }}{{ end }}"
      }

      resources {
        cpu    = 500
        memory = 256
      }

      logs {
        max_files     = 3
        max_file_size = 10
      }
    }
  }
}
