# ../modules/stats-service documents them, with their limits and defaults.

variable "environment" {
  type = string
}

variable "account_id" {
  description = "AWS account; with the credentials of another nothing is done."
  type        = string
}

variable "region" {
  type = string
}

# Only for a first apply that finds an image in the registry; afterwards the deploys say what runs.
variable "image_tag" {
  type    = string
  default = null
}

variable "cpu_architecture" {
  type    = string
  default = null
}

variable "log_level" {
  type    = string
  default = null
}

variable "alarm_email" {
  type    = string
  default = null
}

variable "vpc_cidr" {
  type    = string
  default = null
}

variable "internal" {
  type    = bool
  default = null
}

variable "allowed_cidrs" {
  type    = list(string)
  default = null
}

variable "allow_plain_http" {
  type    = bool
  default = null
}

variable "certificate_arn" {
  type    = string
  default = null
}

variable "database_version" {
  type    = string
  default = null
}

variable "database_upgrade" {
  type    = bool
  default = null
}

variable "database_instance_class" {
  type    = string
  default = null
}

variable "database_storage_gb" {
  type    = number
  default = null
}

variable "database_max_storage_gb" {
  type    = number
  default = null
}

variable "deletion_protection" {
  type    = bool
  default = null
}
