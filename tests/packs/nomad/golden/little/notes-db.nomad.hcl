# The database server of notes, for development: one, on the client that has its volume.
job "notes-db" {
  namespace = "little"
  type      = "service"

  group "notes-db" {
    count = 1

    volume "data" {
      type   = "host"
      source = "notes-db"
    }

    network {
      port "tcp" {
        to = 5432
      }
    }

    service {
      name     = "notes-db"
      tags     = ["little"]
      port     = "tcp"
      provider = "nomad"
    }

    task "notes-db" {
      driver       = "docker"
      user         = "999:999"
      kill_timeout = "60s"

      config {
        image           = "docker.io/library/postgres:18"
        init            = true
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
        pids_limit      = 500
        ports           = ["tcp"]
        network_mode    = "little-parts"
        network_aliases = ["notes-db"]
        volumes         = ["secrets/run:/run/secrets"]

        mount {
          type   = "tmpfs"
          target = "/tmp"
          tmpfs_options {
            size = 67108864
          }
        }

        mount {
          type   = "tmpfs"
          target = "/var/run/postgresql"
          tmpfs_options {
            size = 16777216
          }
        }
      }

      volume_mount {
        volume      = "data"
        destination = "/var/lib/postgresql"
      }

      env {
        POSTGRES_DB            = "notes"
        POSTGRES_USER          = "notes"
        POSTGRES_PASSWORD_FILE = "/run/secrets/password"
        POSTGRES_INITDB_ARGS   = "--auth=scram-sha-256"
      }

      template {
        destination          = "secrets/run/password"
        perms                = "0400"
        uid                  = 999
        gid                  = 999
        error_on_missing_key = true
        data                 = "{{ with nomadVar `nomad/jobs/notes-db` }}{{ .password }}{{ end }}"
      }

      resources {
        cpu    = 250
        memory = 512
      }

      logs {
        max_files     = 3
        max_file_size = 10
      }
    }
  }
}
