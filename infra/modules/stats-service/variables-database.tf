variable "database_kms_key_arn" {
  description = "ARN of the key that encrypts the database, its snapshots and backups. It must outlive the module: without it they cannot be read."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-z-]+$", var.database_kms_key_arn))
    error_message = "database_kms_key_arn must be the ARN of a key in KMS."
  }
}

variable "database_version" {
  description = "Major version of Postgres. Minor versions are upgraded automatically."
  type        = string
  default     = "17"
  nullable    = false

  validation {
    condition     = contains(["17", "18"], var.database_version)
    error_message = "database_version must be 17 or 18."
  }
}

variable "database_instance_class" {
  description = "Instance class of the database."
  type        = string
  default     = "db.t4g.medium"
  nullable    = false

  validation {
    condition     = can(regex("^db[.][a-z0-9-]+[.][a-z0-9]+$", var.database_instance_class))
    error_message = "database_instance_class must be an instance class, such as db.m7g.large."
  }
}

variable "database_storage_gb" {
  description = "Initial storage of the database, in GiB."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.database_storage_gb >= 20 && floor(var.database_storage_gb) == var.database_storage_gb
    error_message = "database_storage_gb must be an integer of at least 20, the minimum of gp3."
  }
}

variable "database_max_storage_gb" {
  description = "Maximum storage of the database, in GiB. RDS increases the storage automatically."
  type        = number
  default     = 500
  nullable    = false

  # RDS increases the storage by at least 10 %.
  validation {
    condition     = var.database_max_storage_gb >= 1.1 * var.database_storage_gb
    error_message = "database_max_storage_gb must be at least 10 % more than database_storage_gb."
  }
}

variable "database_password_rotation" {
  description = "Schedule of the password rotation, in the syntax of Secrets Manager, in UTC. A rotation replaces the tasks."
  type        = string
  default     = "cron(0 4 ? 1/3 SUN#1 *)"
  nullable    = false

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.database_password_rotation))
    error_message = "database_password_rotation must be cron(…) or rate(…)."
  }
}

variable "database_upgrade" {
  description = "Applies a new database_version immediately, together with all changes that wait for the maintenance window. An upgrade cannot be reverted. Set it to true for the upgrade only."
  type        = bool
  default     = false
  nullable    = false
}
