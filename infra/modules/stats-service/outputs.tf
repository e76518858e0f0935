output "name" {
  description = "Name of the cluster, the service, the database and the registry's repository."
  value       = local.name
}

output "load_balancer_dns_name" {
  description = "Host name of the load balancer. The DNS record for the certificate's name must point to it."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zone_id" {
  description = "Hosted zone of the load balancer, for an alias in Route 53."
  value       = aws_lb.this.zone_id
}

output "vpc_id" {
  description = "VPC. Peer with it so that the authenticating service reaches an internal load balancer."
  value       = aws_vpc.this.id
}

output "service_route_table_ids" {
  description = "Route tables for the routes of a VPC peering."
  value       = [for zone in local.zones : aws_route_table.service[zone].id]
}

output "repository_url" {
  description = "Repository that deploys push images to."
  value       = aws_ecr_repository.this.repository_url
}

output "database_address" {
  description = "Host name of the database, reachable from the tasks only."
  value       = aws_db_instance.this.address
}

output "database_secret_arn" {
  description = "Secret with the database's user and password."
  value       = local.database_secret_arn
}

output "alarms_topic_arn" {
  description = "SNS topic of the alarms, for further subscriptions."
  value       = aws_sns_topic.alarms.arn
}
