variable "database_kms_key_arn" {
  description = "ARN of the key that encrypts the database, its snapshots and backups. It must outlive the module: without it they cannot be read."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-z-]+$", var.database_kms_key_arn))
    error_message = "database_kms_key_arn must be the ARN of a key in KMS."
  }
}

variable "database_version" {
  description = "Major version of Postgres; minor ones come by themselves."
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
  description = "GiB that the database starts with."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.database_storage_gb >= 20 && floor(var.database_storage_gb) == var.database_storage_gb
    error_message = "database_storage_gb must be an integer of at least 20, the least of gp3."
  }
}

variable "database_max_storage_gb" {
  description = "GiB up to which the database's storage grows automatically."
  type        = number
  default     = 500
  nullable    = false

  # RDS grows by a tenth at least.
  validation {
    condition     = var.database_max_storage_gb >= 1.1 * var.database_storage_gb
    error_message = "database_max_storage_gb must be at least a tenth more than database_storage_gb."
  }
}

variable "database_password_rotation" {
  description = "When the database's password changes, as a schedule of Secrets Manager in UTC; the tasks are then replaced."
  type        = string
  default     = "cron(0 4 ? 1/3 SUN#1 *)"
  nullable    = false

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.database_password_rotation))
    error_message = "database_password_rotation must be cron(…) or rate(…)."
  }
}

variable "database_upgrade" {
  description = "Takes a new database_version, at once and for good, along with whatever waits for the maintenance window; only while one is meant."
  type        = bool
  default     = false
  nullable    = false
}
